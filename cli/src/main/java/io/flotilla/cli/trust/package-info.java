/** The commands that make and extend a trust folder: root key, publishers, policy. */
@NullMarked
package io.flotilla.cli.trust;

import org.jspecify.annotations.NullMarked;
