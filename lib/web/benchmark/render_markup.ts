import type { ComponentChildren, VNode } from "preact";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * Elements as XML. It knows components that are functions of what they are
 * given and nothing else, which is all that a chart is made of.
 */
export function renderMarkup(node: ComponentChildren): string {
  if (node === null || node === undefined || typeof node === "boolean") {
    return "";
  }
  if (Array.isArray(node)) return node.map(renderMarkup).join("");
  if (typeof node !== "object") return escape(String(node));
  const { type, props } = node as VNode<Record<string, unknown>>;
  if (typeof type === "function") {
    return renderMarkup(
      (type as (props: unknown) => ComponentChildren)(props),
    );
  }
  const attributes = Object.entries(props ?? {})
    .filter(([name, value]) =>
      name !== "children" && value !== undefined && value !== null &&
      value !== false
    )
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`).join("");
  const inside = renderMarkup(props?.children as ComponentChildren);
  return `<${type}${attributes}>${inside}</${type}>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
