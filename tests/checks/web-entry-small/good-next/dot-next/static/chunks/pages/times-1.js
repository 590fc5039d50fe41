self.__times=1;
