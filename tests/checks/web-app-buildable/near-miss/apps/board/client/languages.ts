export const languages = ['English', '中文', 'Ελληνικά']
