<?php

return [
    'connections' => [
        'mysql' => [
            'password' => env('MYSQL_PASSWORD'),
        ],
        'mysql_testing' => [
            'driver'   => 'mysql',
            'password' => env('MYSQL_PASSWORD', 'shelf-local'),
        ],
    ],
];
