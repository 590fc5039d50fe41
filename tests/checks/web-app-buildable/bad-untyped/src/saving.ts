import { ref } from "vue";
import { SlipState } from "@/store/slip";

export function saving(state: SlipState) {
  return { saving: ref(state) };
}
