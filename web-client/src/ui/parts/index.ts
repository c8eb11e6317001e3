// SPDX-License-Identifier: MIT
// The parts that every page is made of. Checks and Form are for the office alone, which names their files: what stands
// here, its styles with it, comes with every page.
export { Badge, Meter } from "./Meter";
export { Button, IconButton } from "./Button";
export { Dialog } from "./Dialog";
export { Busy, EmptyState, Failed } from "./Empty";
export { Check, Choice, Field, Select, TextArea, TextField, type Option } from "./Field";
export { Icon } from "./Icon";
export { Menu, type MenuEntry } from "./Menu";
export { Panel, Sheet } from "./Panel";
export { Row, Rows, Table } from "./Row";
export { Tabs } from "./Tabs";
export { initials, Tile } from "./Tile";
export { toast, Toasts } from "./Toast";
