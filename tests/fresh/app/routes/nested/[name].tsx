import { define } from "../../define.ts";

export default define.page(({ params }) => <h1>{params.name}</h1>);
