// Renders /openapi.json. Everything from the document goes into the page as text, never as markup.
"use strict";

const make = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
};

let spec;

const resolve = (schema) => {
  if (!schema || !schema.$ref) return schema || {};
  return spec.components.schemas[schema.$ref.split("/").pop()] || {};
};

// answersOf gives an operation's answers; those that several operations share stand once in the document.
const answersOf = (op) => Object.entries(op.responses || {}).map(([status, r]) =>
  [status, r.$ref ? spec.components.responses[r.$ref.split("/").pop()] || {} : r]);

const typeName = (schema) => {
  if (schema.$ref) return schema.$ref.split("/").pop();
  const types = [].concat(schema.type || "any").filter((t) => t !== "null");
  if (types[0] === "array") return "list of " + typeName(schema.items || {});
  return types.join(" or ") + (schema.format ? " (" + schema.format + ")" : "");
};

const limits = (schema) => {
  const words = [];
  if (schema.enum) words.push("one of " + schema.enum.join(", "));
  for (const [key, word] of [["minimum", "≥"], ["maximum", "≤"], ["minLength", "length ≥"], ["maxLength", "length ≤"], ["pattern", "matches"], ["default", "default"]]) {
    if (schema[key] !== undefined) words.push(word + " " + schema[key]);
  }
  return words.join("; ");
};

const sample = (schema, depth = 0) => {
  const s = resolve(schema);
  if (s.examples && s.examples.length) return s.examples[0];
  if (s.default !== undefined) return s.default;
  if (s.enum) return s.enum[0];
  const type = [].concat(s.type || "string")[0];
  if (depth > 5) return null;
  if (type === "object") {
    const out = {};
    for (const [name, member] of Object.entries(s.properties || {})) {
      if ((s.required || []).includes(name)) out[name] = sample(member, depth + 1);
    }
    return out;
  }
  if (type === "array") return [sample(s.items, depth + 1)];
  return { integer: 0, number: 0, boolean: false }[type] ?? "";
};

const row = (cells, tag = "td") => make("tr", {}, ...cells.map((c) => make(tag, {}, c)));

const members = (schema) => {
  const s = resolve(schema);
  if (!s.properties) return make("p", {}, typeName(schema));
  const rows = (object, before) => Object.entries(object.properties).flatMap(([name, m]) => {
    const optional = (object.required || []).includes(name) ? "" : "?";
    const own = row([make("code", {}, before + name + optional), typeName(m), [m.description, limits(m)].filter(Boolean).join(" — ")]);
    return m.properties ? [own, ...rows(m, before + name + ".")] : [own];
  });
  return make("table", {}, make("tbody", {}, ...rows(s, "")));
};

const tryIt = (method, path, op) => {
  const inputs = (op.parameters || []).map((p) => {
    const input = make("input", { name: p.name, value: p.name === "Idempotency-Key" ? crypto.randomUUID() : (p.example ?? "") });
    return { p, input, row: row([make("code", {}, p.name + (p.required ? "" : "?")), p.in, make("span", {}, input, " ", [p.description, limits(p.schema || {})].filter(Boolean).join(" — "))]) };
  });
  const json = op.requestBody && op.requestBody.content && op.requestBody.content["application/json"];
  const body = json && make("textarea", { value: JSON.stringify(sample(json.schema), null, 2), spellcheck: false });
  const out = make("pre", { hidden: true });
  const send = make("button", { type: "button" }, "Send");
  send.addEventListener("click", async () => {
    const headers = { Accept: "application/json" };
    const query = new URLSearchParams();
    let url = path;
    for (const { p, input } of inputs) {
      if (p.in === "path") url = url.replace("{" + p.name + "}", encodeURIComponent(input.value));
      else if (input.value !== "" && p.in === "query") query.set(p.name, input.value);
      else if (input.value !== "" && p.in === "header") headers[p.name] = input.value;
    }
    const token = document.getElementById("token").value.trim();
    if (token && op.security) headers.Authorization = "Bearer " + token;
    if (body) headers["Content-Type"] = "application/json";
    if ([...query].length) url += "?" + query;
    out.hidden = false;
    out.textContent = "…";
    try {
      const answer = await fetch(url, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
      const text = await answer.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
      out.textContent = answer.status + " " + answer.statusText + "\n" + (answer.headers.get("Location") || "") + "\n" + shown;
    } catch (err) {
      out.textContent = String(err);
    }
  });
  return make("div", {},
    inputs.length ? make("table", {}, make("tbody", {}, ...inputs.map((i) => i.row))) : null,
    json ? make("div", {}, make("h4", {}, "Body"), members(json.schema), body) : null,
    send, out);
};

const operation = (method, path, op) => {
  const locks = (op.security || []).flatMap((s) => Object.keys(s));
  const answers = answersOf(op).map(([status, r]) => {
    const content = Object.values(r.content || {})[0];
    return row([status, r.description || "", content ? typeName(content.schema) : ""]);
  });
  const success = answersOf(op).find(([status]) => status.startsWith("2"));
  const content = success && Object.values(success[1].content || {})[0];
  return make("details", { id: op.operationId },
    make("summary", {}, make("span", { className: "method" }, method.toUpperCase()), make("span", { className: "path" }, path), " ", op.summary || "", " ",
      ...locks.map((l) => make("span", { className: "lock" }, l))),
    op.description ? make("p", {}, op.description) : null,
    tryIt(method, path, op),
    make("h4", {}, "Answers"),
    make("table", {}, make("tbody", {}, ...answers)),
    content ? members(content.schema) : null,
    content && content.example !== undefined ? make("pre", { className: "example" }, JSON.stringify(content.example, null, 2)) : null);
};

const render = () => {
  document.getElementById("title").textContent = spec.info.title + " API " + spec.info.version;
  document.getElementById("about").textContent = spec.info.description || "";
  const groups = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, op] of Object.entries(methods)) {
      if (!op.operationId) continue;
      const tag = (op.tags || ["Other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ method, path, op });
    }
  }
  const contents = document.getElementById("contents");
  const main = document.getElementById("operations");
  for (const [tag, ops] of [...groups].sort((a, b) => a[0].localeCompare(b[0]))) {
    contents.append(make("h2", {}, tag), make("ul", {}, ...ops.map(({ method, path, op }) =>
      make("li", {}, make("a", { href: "#" + op.operationId }, method.toUpperCase() + " " + path)))));
    main.append(make("h2", {}, tag), ...ops.map(({ method, path, op }) => operation(method, path, op)));
  }
  const open = () => {
    const chosen = document.getElementById(location.hash.slice(1));
    if (chosen && chosen.tagName === "DETAILS") { chosen.open = true; chosen.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  open();
};

fetch("/openapi.json").then((r) => r.json()).then((doc) => { spec = doc; render(); }).catch((err) => {
  document.getElementById("about").textContent = "The document could not be loaded: " + err;
});
