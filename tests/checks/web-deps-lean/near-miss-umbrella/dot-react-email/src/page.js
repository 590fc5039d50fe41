import courier from "mail-courier"; export default courier;
