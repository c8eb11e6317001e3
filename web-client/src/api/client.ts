// SPDX-License-Identifier: MIT
// The HTTP of signaling/API.md for one signed-in person. What goes wrong is an ApiError with a short code that
// the pages turn into words in the reader's language; the server's own text is for the log.
import type { Manifest, RecordedEvent } from "../replay/timeline";
import type { Course, NewSession, Person, PersonChange, Recording, Session } from "./types";

/** A server that says nothing for this long is taken for gone. */
const PATIENCE_MS = 15_000;

export type ApiErrorCode =
  | "offline" // nothing came back
  | "signed_out"
  | "forbidden"
  | "not_found"
  | "bad_request"
  | "too_fast"
  | "conflict"
  | "full" // of the site's quota
  | "unavailable"; // the server answered, but could not

export class ApiError extends Error {
  /** `reason` is the server's own word for it: "wrong_code", "taken". */
  constructor(readonly code: ApiErrorCode, readonly status: number, text: string, readonly reason = "") {
    super(text);
    this.name = "ApiError";
  }
}

export interface RecordingDetail extends Recording {
  /** Absent until the recording is sealed. */
  manifest?: Manifest | null;
  base: string;
}

/** What the pages of the office are made of; see api/office.ts. */
export type Call = <T>(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: unknown) => Promise<T>;

export interface Api {
  call: Call;
  /** Where a file lies that is fetched by its address: a logo, a download. */
  address(path: string): string;
  me(): Promise<Person>;
  changeMe(change: PersonChange): Promise<Person>;
  signOut(): Promise<void>;
  courses(): Promise<Course[]>;
  sessions(from: number, to: number): Promise<{ sessions: Session[]; now: number }>;
  session(id: string): Promise<Session>;
  createSession(session: NewSession): Promise<Session>;
  recordings(): Promise<Recording[]>;
  recording(id: string): Promise<RecordingDetail>;
  recordingEvents(id: string): Promise<RecordedEvent[]>;
  /** Parts of the recording that were played, in its milliseconds. */
  watched(id: string, ranges: readonly (readonly [number, number])[]): Promise<void>;
}

/** JSON below `root`: "/u/3/api/v1" for a person, "/api/v1" for whoever is not signed in yet. */
export function createCall(root: string, fetcher: typeof fetch = fetch): Call {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    let response: Response;
    try {
      response = await fetcher(root + path, {
        method,
        credentials: "same-origin",
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new ApiError("offline", 0, String(cause));
    }
    if (!response.ok) throw await failure(response);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new ApiError("unavailable", response.status, `no JSON: ${String(cause)}`);
    }
  };
}

/** `person` is the number in the page's address, /u/<person>/. */
export function createApi(person: string, fetcher: typeof fetch = fetch): Api {
  const root = `/u/${person}/api/v1`;
  const id = encodeURIComponent;
  const call = createCall(root, fetcher);

  return {
    call,
    address: (path) => root + path,
    me: () => call("GET", "/me"),
    changeMe: (change) => call("PATCH", "/me", change),
    signOut: () => call("POST", "/signout", {}),
    courses: async () => (await call<{ courses: Course[] }>("GET", "/courses")).courses,
    sessions: (from, to) => call("GET", `/sessions?from=${from}&to=${to}`),
    session: (session) => call("GET", `/sessions/${id(session)}`),
    createSession: (session) => call("POST", "/sessions", session),
    recordings: async () => (await call<{ recordings: Recording[] }>("GET", "/recordings")).recordings,
    recording: (recording) => call("GET", `/recordings/${id(recording)}`),
    recordingEvents: async (recording) =>
      (await call<{ events: RecordedEvent[] }>("GET", `/recordings/${id(recording)}/events`)).events,
    watched: (recording, ranges) => call("POST", `/recordings/${id(recording)}/watched`, { ranges }),
  };
}

const BY_STATUS: Record<number, ApiErrorCode> = {
  400: "bad_request",
  401: "signed_out",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "bad_request",
  415: "bad_request",
  422: "bad_request",
  507: "full",
  429: "too_fast",
};

export async function failure(response: Response): Promise<ApiError> {
  const code = BY_STATUS[response.status] ?? "unavailable";
  let text = `HTTP ${response.status}`;
  let reason = "";
  try {
    const body = (await response.json()) as { error?: unknown; text?: unknown };
    if (typeof body.text === "string") text = body.text;
    if (typeof body.error === "string") reason = body.error;
  } catch {
    // a proxy's page, perhaps; the status says enough
  }
  return new ApiError(code, response.status, text, reason);
}
