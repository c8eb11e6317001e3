// SPDX-License-Identifier: MIT
// What the office pages say to the server: people, courses, groups, sites, one's own account. Each object is what
// signaling/API.md describes; ids are opaque. Times are milliseconds since 1970 UTC, 0 being "never".
import { ApiError, failure, type Api, type Call } from "./client";
import type { Named } from "./types";

export const ROLES = ["admin", "coordinator", "instructor", "trainee"] as const;
export type Role = (typeof ROLES)[number];

export interface Setup {
  secret: string;
  uri: string;
}

/** What comes of a password: a sign-in, or the wish for a second factor. */
export interface Entered {
  n?: number;
  ticket?: string;
  setup?: Setup;
  recovery?: string[];
  session?: string;
}

export interface Invited {
  name: string;
  email: string;
  site: string;
  language: string;
}

export interface GuestOf {
  session: string;
  course: string;
  starts_at: number;
  length_min: number;
  time_zone: string;
}

export interface Signin {
  id: string;
  device: string;
  address: string;
  method: string;
  created_at: number;
  seen_at: number;
  current: boolean;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  language: string;
  roles: Role[];
  state: "active" | "invited" | "locked";
  second_factor: boolean;
  since: number;
  seen_at: number;
}

export interface NewMember {
  email: string;
  name: string;
  roles: Role[];
  language?: string;
}

export interface BadRow {
  /** As a spreadsheet counts; 0: the file as a whole. */
  row: number;
  column: string;
  code: string;
  text: string;
}

export interface ImportReport {
  rows: number;
  wrong: number;
  imported: boolean;
  bad: BadRow[];
}

export interface CourseLine {
  id: string;
  title: string;
  colour: string;
  code: string;
  language: string;
  archived: boolean;
  trainees: number;
  instructors: Named[];
  shared_by: Named | null;
}

export interface CourseDetail extends CourseLine {
  description: string;
  attendance_percent: number;
  counts_replay: boolean;
  may: Record<"change" | "enrol" | "share" | "materials" | "completion" | "certify", boolean>;
}

export interface Material {
  id: string;
  name: string;
  type: string;
  bytes: number;
  added_at: number;
}

export type CourseChange = Partial<
  Pick<CourseDetail, "title" | "code" | "description" | "colour" | "language" | "attendance_percent" | "counts_replay" | "archived">
>;

export interface CoursePerson extends Named {
  instructor: boolean;
  trainee: boolean;
  /** Enrolled by name, not only by a group. */
  by_name: boolean;
  partner: string | null;
}

export interface Group extends Named {
  people: number;
}

export interface Shares {
  shares: { site: Named; at: number; people: number }[];
  /** That it could be shared with. */
  sites: Named[];
}

export interface SiteDetail extends Named {
  parent: string | null;
  slug: string;
  time_zone: string;
  language: string;
  colour: string;
  logo: boolean;
  /** Told to administrators. */
  quota_bytes?: number;
  used_bytes?: number;
  second_factor?: boolean;
  member?: boolean;
}

export interface AuditLine {
  seq: number;
  at: number;
  person: Named | null;
  action: string;
  object: string;
  object_id: string | null;
  detail: unknown;
}

export interface Token extends Named {
  scopes: string[];
  person: Named;
  created_at: number;
  expires_at: number;
  used_at: number;
}

export type Page<K extends string, T> = Record<K, T[]> & { next: string | null };

/** ?a=1&b=2, without what is empty. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const set = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  if (set.length === 0) return "";
  return `?${set.map(([key, value]) => `${key}=${encodeURIComponent(value === true ? "1" : String(value))}`).join("&")}`;
}

const id = encodeURIComponent;

/** All pages of a list that is known to be short. */
export async function everyPage<K extends string, T>(call: Call, path: string, key: K, most = 1000): Promise<T[]> {
  const found: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<K, T> = await call("GET", path + query({ limit: 200, after }));
    found.push(...page[key]);
    after = page.next ?? null;
  } while (after !== null && found.length < most);
  return found;
}

export const account = {
  signins: async (call: Call) => (await call<{ signins: Signin[] }>("GET", "/me/signins")).signins,
  endSignin: (call: Call, signin: string) => call<void>("DELETE", `/me/signins/${id(signin)}`),
  endAll: (call: Call) => call<void>("POST", "/me/signins/end", {}),
  setPassword: (call: Call, current: string, password: string) => call<void>("POST", "/me/password", { current, password }),
  propose: (call: Call, password: string) => call<Setup & { ticket: string }>("POST", "/me/totp", { password }),
  confirm: (call: Call, ticket: string, code: string) => call<{ recovery: string[] }>("POST", "/me/totp/confirm", { ticket, code }),
  endFactor: (call: Call, code: string) => call<void>("POST", "/me/totp/end", { code }),
  renewCodes: (call: Call, code: string) => call<{ recovery: string[] }>("POST", "/me/recovery", { code }),
};

export const people = {
  list: (call: Call, q: string, role: string, after: string | null) =>
    call<Page<"people", Member>>("GET", `/people${query({ q, role, after, limit: 50 })}`),
  get: (call: Call, person: string) => call<Member>("GET", `/people/${id(person)}`),
  invite: (call: Call, member: NewMember) => call<{ id: string; link: string }>("POST", "/people", member),
  change: (call: Call, person: string, change: { roles?: Role[]; name?: string; locked?: boolean; second_factor?: false }) =>
    call<Member>("PATCH", `/people/${id(person)}`, change),
  /** `dry`: only the report. */
  importCsv: async (api: Api, text: string, dry: boolean): Promise<ImportReport> =>
    JSON.parse(await sendFile("POST", api.address(`/people/import${query({ dry })}`), new File([text], "people.csv", { type: "text/csv" }))) as ImportReport,
  remove: (call: Call, person: string) => call<void>("DELETE", `/people/${id(person)}`),
  inviteAgain: (call: Call, person: string) => call<{ link: string }>("POST", `/people/${id(person)}/invite`, {}),
  reset: (call: Call, person: string) => call<{ link: string }>("POST", `/people/${id(person)}/reset`, {}),
  signOut: (call: Call, person: string) => call<void>("POST", `/people/${id(person)}/signout`, {}),
};

export const courses = {
  list: (call: Call, q: string, archived: boolean, after: string | null) =>
    call<Page<"courses", CourseLine>>("GET", `/courses${query({ q, archived, after, limit: 50 })}`),
  get: (call: Call, course: string) => call<CourseDetail>("GET", `/courses/${id(course)}`),
  create: (call: Call, course: CourseChange) => call<CourseDetail>("POST", "/courses", course),
  change: (call: Call, course: string, change: CourseChange) => call<CourseDetail>("PATCH", `/courses/${id(course)}`, change),
  remove: (call: Call, course: string) => call<void>("DELETE", `/courses/${id(course)}`),
  people: (call: Call, course: string, q: string, after: string | null) =>
    call<Page<"people", CoursePerson>>("GET", `/courses/${id(course)}/people${query({ q, after, limit: 50 })}`),
  enrol: (call: Call, course: string, person: string, as: "instructor" | "trainee") =>
    call<void>("PUT", `/courses/${id(course)}/people/${id(person)}`, { as }),
  unenrol: (call: Call, course: string, person: string) => call<void>("DELETE", `/courses/${id(course)}/people/${id(person)}`),
  groups: async (call: Call, course: string) => (await call<{ groups: Group[] }>("GET", `/courses/${id(course)}/groups`)).groups,
  addGroup: (call: Call, course: string, group: string) => call<void>("PUT", `/courses/${id(course)}/groups/${id(group)}`, {}),
  removeGroup: (call: Call, course: string, group: string) => call<void>("DELETE", `/courses/${id(course)}/groups/${id(group)}`),
  shares: (call: Call, course: string) => call<Shares>("GET", `/courses/${id(course)}/shares`),
  share: (call: Call, course: string, site: string) => call<void>("PUT", `/courses/${id(course)}/shares/${id(site)}`, {}),
  unshare: (call: Call, course: string, site: string) => call<void>("DELETE", `/courses/${id(course)}/shares/${id(site)}`),
};

export const materials = {
  all: async (call: Call, course: string) => (await call<{ materials: Material[] }>("GET", `/courses/${id(course)}/materials`)).materials,
  add: (api: Api, course: string, file: File, onProgress: (share: number) => void) =>
    sendFile("POST", api.address(`/courses/${id(course)}/materials${query({ name: file.name })}`), file, onProgress),
  remove: (call: Call, course: string, material: string) => call<void>("DELETE", `/courses/${id(course)}/materials/${id(material)}`),
  address: (api: Api, course: string, material: string) => api.address(`/courses/${id(course)}/materials/${id(material)}`),
};

export const groups = {
  all: (call: Call) => everyPage<"groups", Group>(call, "/groups", "groups"),
  get: (call: Call, group: string) => call<Group>("GET", `/groups/${id(group)}`),
  create: (call: Call, name: string) => call<Group>("POST", "/groups", { name }),
  rename: (call: Call, group: string, name: string) => call<Group>("PATCH", `/groups/${id(group)}`, { name }),
  remove: (call: Call, group: string) => call<void>("DELETE", `/groups/${id(group)}`),
  people: (call: Call, group: string) => everyPage<"people", Named>(call, `/groups/${id(group)}/people`, "people"),
  add: (call: Call, group: string, person: string) => call<void>("PUT", `/groups/${id(group)}/people/${id(person)}`, {}),
  takeOut: (call: Call, group: string, person: string) => call<void>("DELETE", `/groups/${id(group)}/people/${id(person)}`),
};

export const sites = {
  all: async (call: Call) => (await call<{ sites: SiteDetail[] }>("GET", "/sites")).sites,
  get: (call: Call, site: string) => call<SiteDetail>("GET", `/sites/${id(site)}`),
  change: (call: Call, site: string, change: Partial<SiteDetail>) => call<SiteDetail>("PATCH", `/sites/${id(site)}`, change),
  create: (call: Call, site: Record<"parent" | "slug" | "name" | "time_zone" | "language", string> & { admin: { email: string; name: string } }) =>
    call<SiteDetail & { link: string | null }>("POST", "/sites", site),
  removeLogo: (call: Call, site: string) => call<void>("DELETE", `/sites/${id(site)}/logo`),
};

export const tokens = {
  all: async (call: Call) => (await call<{ tokens: Token[] }>("GET", "/tokens")).tokens,
  create: (call: Call, token: { name: string; scopes: string[]; days: number }) => call<Token & { secret: string }>("POST", "/tokens", token),
  remove: (call: Call, token: string) => call<void>("DELETE", `/tokens/${id(token)}`),
};

export function audit(call: Call, q: string, before: number | null): Promise<{ audit: AuditLine[]; next: number | null }> {
  return call("GET", `/audit${query({ q, before, limit: 50 })}`);
}

/** Sends a file as it is. `onProgress` tells the share that is on its way. */
export function sendFile(method: "PUT" | "POST", address: string, file: File, onProgress?: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onProgress?.(loaded / total);
    request.onerror = () => reject(new ApiError("offline", 0, "the upload broke off"));
    request.onload = () => {
      if (request.status < 300) resolve(request.responseText);
      else failure(new Response(request.responseText, { status: request.status })).then(reject, reject);
    };
    request.send(file);
  });
}
