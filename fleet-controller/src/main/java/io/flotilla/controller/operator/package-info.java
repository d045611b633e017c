/** People and programs that run the fleet: accounts, tokens, and tokens of other issuers. */
@NullMarked
package io.flotilla.controller.operator;

import org.jspecify.annotations.NullMarked;
