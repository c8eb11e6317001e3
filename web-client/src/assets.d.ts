// SPDX-License-Identifier: MIT
declare module "*.svg?icon" {
  const inside: string;
  export default inside;
}
declare module "*.po" {
  import type { Messages } from "@lingui/core";
  export const messages: Messages;
}
declare module "*.css" {}
