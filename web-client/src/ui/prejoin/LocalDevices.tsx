// SPDX-License-Identifier: MIT
// Which camera, microphone and speaker; and whether they can be heard.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import speaker from "lucide-static/icons/volume-2.svg?icon";
import { chooseDevice, chosenDevice, devicesFor, type DeviceUse } from "../../media/devices";
import { testSpeaker } from "../../media/meter";
import { Button, Select, toast } from "../parts";

export interface DeviceSelectProps {
  use: DeviceUse;
  label: string;
  /** The choice is stored; now act on it. */
  onChange: () => void;
}

export function DeviceSelect({ use, label, onChange }: DeviceSelectProps) {
  const [chosen, choose] = useState(() => chosenDevice(use));
  const found = devicesFor(use);
  const names = found.map((device, i) => {
    const number = i + 1;
    return { value: device.deviceId, label: device.label || t`Device ${number}` };
  });
  const known = names.some((name) => name.value === chosen);
  const automatic = { value: "", label: t`Automatic` };
  return (
    <Select
      label={label}
      value={known ? chosen : ""}
      options={[automatic, ...names.filter((name) => name.value !== "default")]}
      disabled={found.length === 0}
      onChange={(id) => {
        choose(id);
        chooseDevice(use, id);
        onChange();
      }}
    />
  );
}

export function SpeakerTest() {
  const [playing, setPlaying] = useState(false);
  const test = async () => {
    setPlaying(true);
    try {
      await testSpeaker();
    } catch {
      toast(t`The speaker cannot be tested. Choose another one and try again.`);
    }
    setPlaying(false);
  };
  return (
    <Button icon={speaker} disabled={playing} onClick={() => void test()}>
      {playing ? t`You should hear three notes` : t`Test speaker`}
    </Button>
  );
}
