/**
 * Who may publish which models: the policy that an operator signs with the root key and gives to
 * devices. Pure values; signing and verifying the policy lies in the signing package.
 */
@NullMarked
package io.flotilla.bundle.trust;

import org.jspecify.annotations.NullMarked;
