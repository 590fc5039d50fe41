import{b as e}from"./vendor-Ba1c.js";export default()=>new e().get("report");
