self.__main=1;
