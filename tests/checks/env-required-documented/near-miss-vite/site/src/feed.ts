const site = import.meta.env.SITE;
if (!site) throw new Error("no site");

export const feed = `${site}/feed.xml`;
