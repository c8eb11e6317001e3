// SPDX-License-Identifier: MIT
// What is fetched on entering a class, in one piece.
export { Classroom } from "./Classroom";
export { Over } from "./Over";
export { openStay } from "./stay";
