// SPDX-License-Identifier: MIT
// Words that several pages of the office use: for the server's reasons, for roles.
import { t } from "@lingui/core/macro";
import { ApiError } from "../../api/client";
import type { Role } from "../../api/office";
import type { PasswordFault } from "../../academy/rules";
import { explain } from "../session";

/** As explain(), and knowing the reasons that the server gives here. */
export function explainOffice(error: unknown): string {
  switch (error instanceof ApiError ? error.reason : "") {
    case "wrong":
      return t`The address or the password is not right.`;
    case "wrong_code":
      return t`That code is wrong, or was used already. Wait for the next one.`;
    case "ticket_expired":
      return t`That took too long. Start again with your password.`;
    case "locked":
      return t`This account was locked by an administrator. Ask them.`;
    case "no_site":
      return t`This account belongs to no academy any more. Ask your coordinator.`;
    case "link_expired":
      return t`This link was used already or is too old. Ask for a new one.`;
    case "by_mail":
      return t`A message with a link of its own went to your address. Open that one.`;
    case "poor_password":
      return t`This password is too easy to guess. Choose another.`;
    case "needed":
      return t`Your academy asks its administrators and coordinators for a second factor. Set up another one in its place.`;
    case "elsewhere":
      return t`This person is also a member of academies that you do not administer. Ask an administrator of the network.`;
    case "last_admin":
      return t`The network would be left without an administrator. Name another one first.`;
    case "taken":
      return t`That is taken already. Choose another.`;
    case "in_use":
      return t`It is still in use and cannot be deleted.`;
    case "too_many":
      return t`There are as many as there may be. Remove one first.`;
    default:
      return explain(error);
  }
}

export function roleName(role: Role): string {
  switch (role) {
    case "admin":
      return t`Administrator`;
    case "coordinator":
      return t`Coordinator`;
    case "instructor":
      return t`Instructor`;
    case "trainee":
      return t`Trainee`;
  }
}

export function passwordFault(fault: PasswordFault | null): string {
  switch (fault) {
    case "short":
      return t`Use at least 10 characters.`;
    case "plain":
      return t`This password is too easy to guess. Choose another.`;
    case "personal":
      return t`Your name or address is no password.`;
    case null:
      return "";
  }
}
