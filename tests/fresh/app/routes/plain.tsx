import { page } from "fresh";
import { define } from "../define.ts";

export const handler = define.handlers({
  GET: (ctx) => page({ query: ctx.url.searchParams.get("q") ?? "" }),
  async POST(ctx) {
    const form = await ctx.req.formData();
    return page({ query: String(form.get("q")) }, {
      status: 201,
      headers: { "x-own": "yes" },
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <p id="query">{data.query}</p>
));
