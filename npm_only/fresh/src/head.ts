import {
  type ComponentChildren,
  createContext,
  isValidElement,
  type VNode,
} from "preact";
import { useContext, useEffect } from "preact/hooks";

/** What {@linkcode Head} takes. */
export interface HeadProps {
  children?: ComponentChildren;
}

/** Where the server collects what belongs into the document's head. */
export const HeadCollector = createContext<VNode[] | undefined>(undefined);

/**
 * Puts its children into the document's head. In the browser, where the head
 * is there already, it keeps the title up to date.
 */
export function Head({ children }: HeadProps): null {
  const collected = useContext(HeadCollector);
  const elements = elementsOf(children);
  if (collected !== undefined) collected.push(...elements);

  const title = elements.findLast((element) => element.type === "title");
  const text = title === undefined
    ? undefined
    : [title.props.children].flat().join("");
  useEffect(() => {
    if (text !== undefined) document.title = text;
  }, [text]);
  return null;
}

function elementsOf(children: ComponentChildren): VNode[] {
  const list: unknown[] = Array.isArray(children) ? children : [children];
  return list.flatMap((child) => {
    if (Array.isArray(child)) return elementsOf(child);
    return isValidElement(child) ? [child] : [];
  });
}
