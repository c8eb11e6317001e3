// SPDX-License-Identifier: MIT
// `import hand from "lucide-static/icons/hand.svg?icon"` gives the inside of the drawing as a string, so that only
// the icons in use are shipped, inside the script that uses them. See src/ui/parts/Icon.tsx.
import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

export function icons(): Plugin {
  return {
    name: "lectern:icons",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(".svg?icon")) return null;
      const svg = await readFile(id.slice(0, -"?icon".length), "utf8");
      const inside = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg.replace(/<!--[\s\S]*?-->/g, ""))?.[1];
      if (inside === undefined) throw new Error(`${id}: not an SVG drawing`);
      return `export default ${JSON.stringify(inside.replace(/\s*\n\s*/g, ""))};`;
    },
  };
}
