// SPDX-License-Identifier: MIT
// Stands in for lecternd where only the client is tried: the built client, clips by Range, and an academy held in
// memory, with the headers that the real one sends. `academy` may be changed by a test at any time.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webm": "video/webm",
};
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

const HOUR = 3_600_000;
/** As lecternd does, so that no clip holds a connection. */
const RANGE_MOST = 1 << 20;

/** An academy with one of everything. `clips` is the folder of makeRecording, `recording` what it gave. */
export function makeAcademy({ clips, recording, roles = ["instructor"], now = Date.now() }) {
  const courses = [
    { id: "k1", title: "Criminal investigation", colour: "#0B5A69" },
    { id: "k2", title: "Traffic law", colour: "#9A6200" },
  ];
  const teacher = { id: "p2", name: "Ana María Pérez" };
  const session = (id, course, title, starts_at, more = {}) => ({
    id, course: courses[course], title, instructors: [teacher], starts_at, length_min: 90, time_zone: "America/Curacao", policy: "always",
    state: "scheduled", present: 0, may: { enter: true, host: roles[0] !== "trainee" }, recording: null, ...more,
  });
  const recorded = (id, course, title, days, state, duration_ms, bytes) => ({
    id, session: { id: `s-${id}`, title }, course: courses[course], instructors: [teacher],
    started_at: now - days * 24 * HOUR, duration_ms, bytes, state,
  });
  return {
    person: {
      id: "p1", name: "Ana María Pérez", language: "en", roles,
      site: { id: "s1", name: "Police Academy of Curaçao", time_zone: "America/Curacao" },
      email: "ana@academy.example", time_zone: "", guest: false, second_factor: false, sites: [],
    },
    courses,
    sessions: [
      session("a1", 0, "Securing the scene", now - 5 * 60_000, { state: "open", present: 12 }),
      session("a2", 1, "Speed measurement in practice", now + 2 * HOUR),
      session("a3", 0, "Interview technique", now + 26 * HOUR, { policy: "on_demand" }),
      session("a4", 1, "Alcohol and drugs in traffic", now + 50 * HOUR, { policy: "never" }),
    ],
    recordings: [
      recorded("r1", 0, "Securing the scene", 1, "ready", 60_000, 12_345_678),
      recorded("r2", 0, "Chain of custody", 4, "ready", 5_400_000, 312_000_000),
      recorded("r3", 1, "Right of way", 8, "failed", 0, 0),
      recorded("r4", 1, "Checkpoints", 0, "sealing", 2_700_000, 145_000_000),
    ],
    clips,
    recording,
  };
}

export function startServer(academy, port = 0) {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const { pathname } = new URL(request.url, "http://host");
    const api = /^\/u\/1\/api\/v1(\/.*)$/.exec(pathname)?.[1];
    const media = /^\/u\/1\/media\/r1\/(c\d+\.webm)$/.exec(pathname)?.[1];
    if (api) answer(academy, request, response, api);
    else if (media) sendRange(request, response, `${academy.clips}/${media}`);
    else if (pathname.startsWith("/assets/")) sendFile(response, dist + pathname);
    else sendFile(response, `${dist}/index.html`);
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }));
  });
}

function answer(academy, request, response, path) {
  const route = `${request.method} ${path}`;
  const json = (value, status = 200) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(value));
  };
  const none = () => json({ error: "not_found", text: "There is no such thing." }, 404);
  if (academy.broken) return json({ error: "unavailable", text: "broken for the test" }, 503);
  if (route === "GET /me") return json(academy.person);
  if (route === "GET /courses") return json({ courses: academy.courses });
  if (route === "GET /sessions") return json({ sessions: academy.sessions, now: Date.now() });
  if (route === "GET /recordings") return json({ recordings: academy.recordings });
  const [, id, events] = /^\/recordings\/([^/]+)(\/events)?$/.exec(path) ?? [];
  if (request.method === "GET" && id) {
    const recording = academy.recordings.find((one) => one.id === id);
    if (!recording) return none();
    if (events) return json({ events: academy.recording.events });
    return json({ ...recording, manifest: recording.state === "ready" ? academy.recording.manifest : null, base: `/u/1/media/${id}/` });
  }
  return withBody(request, (body) => change(academy, route, body, json, none));
}

function change(academy, route, body, json, none) {
  if (route === "PATCH /me") return json((academy.person = { ...academy.person, ...body }));
  if (route === "POST /signout") return json({}, 204);
  if (route !== "POST /sessions") return none();
  const course = academy.courses.find((one) => one.id === body.course);
  const made = {
    ...body, id: `n${academy.sessions.length}`, course, instructors: [{ id: academy.person.id, name: academy.person.name }],
    starts_at: body.starts_at || Date.now(), time_zone: academy.person.site.time_zone, state: "scheduled", present: 0,
    may: { enter: true, host: true }, recording: null,
  };
  academy.sessions.push(made);
  return json(made, 201);
}

function withBody(request, then) {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => then(text ? JSON.parse(text) : {}));
}

function sendFile(response, path) {
  if (!existsSync(path)) return void response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream", "Cache-Control": "no-store" });
  createReadStream(path).pipe(response);
}

function sendRange(request, response, path) {
  if (!existsSync(path)) return void response.writeHead(404).end();
  const size = statSync(path).size;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const headers = { "Content-Type": TYPES[extname(path)], "Accept-Ranges": "bytes", "Cache-Control": "no-store" };
  if (from === undefined) {
    response.writeHead(200, { ...headers, "Content-Length": size });
    return void createReadStream(path).pipe(response);
  }
  const start = Number(from);
  const end = Math.min(to ? Number(to) : size - 1, size - 1, start + RANGE_MOST - 1);
  if (start > end) return void response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
  response.writeHead(206, { ...headers, "Content-Range": `bytes ${start}-${end}/${size}`, "Content-Length": end - start + 1 });
  createReadStream(path, { start, end }).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { makeRecording } = await import("./clips.mjs");
  const { tmpdir } = await import("node:os");
  const clips = `${tmpdir()}/lectern-clips`;
  const academy = makeAcademy({ clips, recording: await makeRecording(clips), roles: (process.env.ROLES ?? "instructor").split(",") });
  console.log((await startServer(academy, Number(process.env.PORT ?? 8081))).url + "/u/1/");
}
