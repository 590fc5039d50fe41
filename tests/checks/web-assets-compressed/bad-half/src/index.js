document.title = 'Ballast'
