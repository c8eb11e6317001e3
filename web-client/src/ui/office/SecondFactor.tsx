// SPDX-License-Identifier: MIT
// An authenticator: how it is set up, how its codes are asked for, and the codes for the day when it is lost.
import { t } from "@lingui/core/macro";
import { useEffect, useState } from "preact/hooks";
import copy from "lucide-static/icons/copy.svg?icon";
import download from "lucide-static/icons/download.svg?icon";
import type { Setup as Proposed } from "../../api/office";
import { Button, TextField } from "../parts";
import { copyText } from "./copy";

export function CodeField({ value, error, onInput, recovery }: {
  value: string;
  error: string;
  onInput: (code: string) => void;
  /** A recovery code will do as well. */
  recovery?: boolean;
}) {
  return (
    <TextField
      label={t`Code`}
      hint={recovery ? t`Six digits from your authenticator, or one of your recovery codes.` : t`The six digits that your authenticator shows now.`}
      value={value}
      error={error}
      name="code"
      autoComplete="one-time-code"
      inputMode={recovery ? "text" : "numeric"}
      maxLength={16}
      required
      autoFocus
      onInput={onInput}
    />
  );
}

/** One path: the modules of the code as squares of one unit, with the margin that readers want. */
function usePath(uri: string): { path: string; size: number } | null {
  const [drawn, setDrawn] = useState<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let wanted = true;
    import("qrcode-generator").then(({ default: qrcode }) => {
      const code = qrcode(0, "M");
      code.addData(uri);
      code.make();
      const count = code.getModuleCount();
      let path = "";
      for (let y = 0; y < count; y++) for (let x = 0; x < count; x++) if (code.isDark(y, x)) path += `M${x} ${y}h1v1h-1z`;
      if (wanted) setDrawn({ path, size: count });
    }, () => undefined); // the secret stands beside it
    return () => {
      wanted = false;
    };
  }, [uri]);
  return drawn;
}

export function Setup({ proposed }: { proposed: Proposed }) {
  const drawn = usePath(proposed.uri);
  const spaced = proposed.secret.replace(/(.{4})(?=.)/g, "$1 ");
  return (
    <div class="setup">
      <p class="small">{t`Scan this with an authenticator app on your phone, or type the key into it. Then enter the code that it shows.`}</p>
      <div class="setup-code">
        {drawn && (
          <svg class="setup-qr" role="img" aria-label={t`QR code of the key`} viewBox={`0 0 ${drawn.size} ${drawn.size}`} shape-rendering="crispEdges">
            <path d={drawn.path} fill="#000" />
          </svg>
        )}
        <div class="small">
          <span class="quiet">{t`Key`}</span>
          <code class="setup-secret" data-secret={proposed.secret}>{spaced}</code>
        </div>
      </div>
    </div>
  );
}

/** They are shown once. */
export function RecoveryCodes({ codes, done, onDone }: { codes: readonly string[]; done: string; onDone: () => void }) {
  const text = codes.join("\n");
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text, "\n"], { type: "text/plain" }));
    link.download = "lectern-recovery-codes.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <>
      <p>{t`Each of these codes lets you in once if you lose your phone. Keep them where only you find them; they are not shown again.`}</p>
      <ul class="codes" aria-label={t`Recovery codes`}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      <div class="form-buttons">
        <Button kind="primary" onClick={onDone}>{done}</Button>
        <Button icon={download} onClick={save}>{t`Save as a file`}</Button>
        <Button icon={copy} onClick={() => void copyText(text)}>{t`Copy`}</Button>
      </div>
    </>
  );
}
