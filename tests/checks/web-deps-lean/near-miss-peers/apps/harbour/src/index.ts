import { Berth } from "@quay/widgets";

document.body.append(new Berth().element);
