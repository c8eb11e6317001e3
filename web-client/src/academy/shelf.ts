// SPDX-License-Identifier: MIT
// The library's order: recordings that fit the search and the filters, by course.
import type { Course, Recording, RecordingState } from "../api/types";

export interface Filter {
  words: string;
  /** Id of a course, or "" for all. */
  course: string;
  state: RecordingState | "";
}

export interface Shelf {
  course: Course;
  recordings: Recording[];
}

/** Lower case without accents, so that "curacao" finds "Curaçao". */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function fits(recording: Recording, { words, course, state }: Filter): boolean {
  if (course && recording.course.id !== course) return false;
  if (state && recording.state !== state) return false;
  const text = plain([recording.session.title, recording.course.title, ...recording.instructors.map((one) => one.name)].join(" "));
  return plain(words).split(/\s+/).every((word) => text.includes(word));
}

/** Courses by title; their recordings newest first. */
export function arrange(recordings: readonly Recording[], filter: Filter): Shelf[] {
  const shelves = new Map<string, Shelf>();
  for (const recording of recordings) {
    if (!fits(recording, filter)) continue;
    const shelf = shelves.get(recording.course.id) ?? { course: recording.course, recordings: [] };
    shelves.set(recording.course.id, shelf);
    shelf.recordings.push(recording);
  }
  for (const shelf of shelves.values()) shelf.recordings.sort((a, b) => b.started_at - a.started_at);
  return [...shelves.values()].sort((a, b) => a.course.title.localeCompare(b.course.title));
}
