/**
 * This host's part in migrations. Owns the steps and what is kept about them on disk; never decides
 * whether a migration goes on.
 */
package io.nereid.nymph.move;
