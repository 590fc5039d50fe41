import { webhooks } from "./sdk";

export async function action(request: Request) {
  const event = await webhooks.constructEvent(request, process.env.HOOK_WEBHOOK_SECRET!);
  console.log("verified:", event);
  const claims = jwt.verify(request.headers.get("authorization"), process.env.JWT_SECRET!);
  console.log("claims", claims);
}
