/** JSON of requests and answers. */
@NullMarked
package io.flotilla.controller.http.codec;

import org.jspecify.annotations.NullMarked;
