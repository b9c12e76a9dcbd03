import { define } from "../../define.ts";

export const handler = define.handlers((ctx) =>
  Response.json({ path: ctx.params.path }, { status: 404 })
);
