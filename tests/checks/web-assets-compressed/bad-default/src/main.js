document.title = 'Plimsoll'
