document.title = 'Bosun'
