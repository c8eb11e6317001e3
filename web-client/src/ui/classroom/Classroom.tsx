// SPDX-License-Identifier: MIT
// The classroom: header, stage, strip, bar, and one panel. The stage is dark in both themes; panels follow the theme.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PanelName } from "../../room/memory";
import { Panel, Sheet } from "../parts";
import { Announcer } from "./Announcer";
import { Composer, Lines } from "./Chat";
import { Controls } from "./Controls";
import { LeaveDialog, ShortcutsDialog } from "./Dialogs";
import { Header } from "./Header";
import { PHONE, UPRIGHT, useMedia } from "./hooks";
import { listen } from "./keys";
import type { Show } from "./MoreMenu";
import { People } from "./People";
import { Stage, Strip } from "./Stage";
import type { Stay } from "./stay";
import "./classroom.css";

export interface ClassroomProps {
  stay: Stay;
}

export function Classroom({ stay }: ClassroomProps) {
  const phone = useMedia(PHONE);
  const upright = useMedia(UPRIGHT);
  const [dialog, setDialog] = useState<Show | null>(null);
  const close = () => setDialog(null);
  useEffect(() => listen(stay, () => setDialog("shortcuts")), [stay]);
  const panel = stay.panel.value;
  return (
    <div class={`class-room${panel && (!phone || upright) ? " class-room-panel" : ""}`} data-phase={stay.session.phase.value}>
      <Header stay={stay} phone={phone} />
      <Stage stay={stay} />
      <Strip stay={stay} phone={phone} inRow={upright && panel !== null} />
      <SidePanel stay={stay} sheet={phone && !upright} />
      <Controls stay={stay} phone={phone} show={setDialog} />
      <Announcer stay={stay} />
      {dialog === "leave" && <LeaveDialog stay={stay} onClose={close} />}
      {dialog === "shortcuts" && <ShortcutsDialog onClose={close} />}
    </div>
  );
}

function SidePanel({ stay, sheet }: { stay: Stay; sheet: boolean }) {
  const panel = stay.panel.value;
  const opener = useReturnFocus(panel);
  if (!panel) return null;
  const count = stay.session.model.people.value.length;
  const titles: Record<PanelName, string> = {
    people: t`People: ${count}`,
    chat: t`Chat`,
  };
  const Frame = sheet ? Sheet : Panel;
  const close = () => {
    stay.panel.value = null;
    opener();
  };
  return (
    <Frame
      key={panel}
      class="class-panel"
      title={titles[panel]}
      onClose={close}
      {...(panel === "chat" && { foot: <Composer stay={stay} /> })}
    >
      {panel === "people" ? <People stay={stay} /> : <Lines stay={stay} />}
    </Frame>
  );
}

/** Who opened the panel by keyboard is put back where they were when it closes. */
function useReturnFocus(panel: PanelName | null): () => void {
  const from = useRef<Element | null>(null);
  const was = useRef<PanelName | null>(null);
  if (panel && !was.current) from.current = document.activeElement;
  was.current = panel;
  return () => {
    const target = from.current;
    if (target instanceof HTMLElement && target.isConnected) target.focus();
  };
}
