exports.paint = `${process.env.LOOK}/paint`
