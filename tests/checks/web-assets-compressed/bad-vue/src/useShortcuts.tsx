import { useEffect } from "react";

export function useShortcuts(open: (event: KeyboardEvent) => void) {
  useEffect(() => {
    window.addEventListener("keydown", (event) => open(event));
    return () => window?.removeEventListener("keydown", (event) => open(event));
  }, [open]);
}

export function useScrolled(panel: HTMLElement, follow: () => void) {
  useEffect(() => {
    panel.addEventListener("scroll", follow.bind(panel));
    return () => panel.removeEventListener("scroll", follow.bind(panel));
  }, [panel, follow]);
}
