/** What tests of several modules share. Owns conditions and fixtures; never production code. */
package io.nereid.testkit;
