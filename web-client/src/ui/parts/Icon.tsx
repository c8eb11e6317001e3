// SPDX-License-Identifier: MIT
// A line drawing of 24 units, from lucide (ISC). It takes the colour of the words around it and says nothing to a
// screen reader: the control that holds it has a name of its own.
//
//     import hand from "lucide-static/icons/hand.svg?icon";
//     <Icon of={hand} />

export interface IconProps {
  of: string;
  size?: number;
}

export function Icon({ of, size = 20 }: IconProps) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
      dangerouslySetInnerHTML={{ __html: of }}
    />
  );
}
