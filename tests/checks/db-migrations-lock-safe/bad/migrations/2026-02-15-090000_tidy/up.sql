UPDATE books SET title = trim(title);
