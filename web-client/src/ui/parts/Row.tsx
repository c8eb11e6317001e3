// SPDX-License-Identifier: MIT
// Lists of things: rows for reading, a table where columns are compared.
import type { ComponentChildren } from "preact";
import "./Row.css";

export function Rows({ label, children }: { label?: string; children: ComponentChildren }) {
  return <ul class="rows" aria-label={label}>{children}</ul>;
}

export interface RowProps {
  lead?: ComponentChildren;
  title: ComponentChildren;
  text?: ComponentChildren;
  end?: ComponentChildren;
  class?: string;
}

export function Row({ lead, title, text, end, ...rest }: RowProps) {
  return (
    <li class={["row", rest.class].filter(Boolean).join(" ")}>
      {lead && <div class="row-lead">{lead}</div>}
      <div class="row-main">
        <div class="row-title">{title}</div>
        {text && <div class="row-text">{text}</div>}
      </div>
      {end && <div class="row-end">{end}</div>}
    </li>
  );
}

export interface Column<T> {
  head: string;
  cell: (item: T) => ComponentChildren;
  number?: boolean;
}

export interface TableProps<T> {
  caption: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
  /** On a phone each item is a card, its cells below one another. */
  stack?: boolean;
}

export function Table<T>({ caption, columns, items, keyOf, stack }: TableProps<T>) {
  return (
    <div class={stack ? "table-frame table-stack" : "table-frame"} tabIndex={0} role="region" aria-label={caption}>
      <table class="table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{columns.map((column) => <th scope="col" class={column.number ? "table-number" : ""} key={column.head}>{column.head}</th>)}</tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map((column) => <td class={column.number ? "table-number" : ""} data-head={column.head} key={column.head}>{column.cell(item)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
