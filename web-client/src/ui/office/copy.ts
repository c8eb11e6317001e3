// SPDX-License-Identifier: MIT
import { t } from "@lingui/core/macro";
import { toast } from "../parts";

/** Without TLS a browser has no clipboard to give; the text then stays to be marked by hand. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t`Copied.`);
  } catch {
    toast(t`The browser did not let us copy. Mark the text and copy it yourself.`);
  }
}
