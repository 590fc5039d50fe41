import('./Reports')
