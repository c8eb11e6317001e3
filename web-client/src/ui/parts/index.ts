// SPDX-License-Identifier: MIT
// The parts that every page is made of.
export { Badge, Meter } from "./Meter";
export { Button, IconButton } from "./Button";
export { Checks } from "./Checks";
export { Dialog } from "./Dialog";
export { Busy, EmptyState, Failed } from "./Empty";
export { Check, Choice, Field, Select, TextArea, TextField, type Option } from "./Field";
export { Form, type FormProps } from "./Form";
export { Icon } from "./Icon";
export { Menu, type MenuEntry } from "./Menu";
export { Panel, Sheet } from "./Panel";
export { Row, Rows, Table } from "./Row";
export { Tabs } from "./Tabs";
export { initials, Tile } from "./Tile";
export { toast, Toasts } from "./Toast";
