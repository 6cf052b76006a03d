/** What tests of the nymph share: a whole host in a temporary directory, bundles, fakes. */
package io.nereid.nymph.testing;
