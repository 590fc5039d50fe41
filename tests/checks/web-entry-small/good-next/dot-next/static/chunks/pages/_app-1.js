self.__app=1;
