/** What the whole code base keeps to, checked. */
package io.nereid.launcher.rules;
