import { createParamDecorator } from '@nestjs/common';

export const CurrentUser = createParamDecorator((_, context) => context.getArgByIndex(2).req.user);
