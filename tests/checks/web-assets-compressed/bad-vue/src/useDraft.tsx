import { useEffect, useState } from "react";

export function useDraft(save: () => void) {
  const [isListening, setIsListening] = useState(false);

  // sets what it depends on: a clean-up would run at once
  useEffect(() => {
    if (isListening) return;
    setIsListening(true);
    window.addEventListener("beforeunload", () => save());
  }, [isListening, save]);
}
