print('slips')
