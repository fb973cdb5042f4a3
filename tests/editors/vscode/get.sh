#!/usr/bin/env bash
# Install code-server (VS Code for the browser), the Node that it needs and playwright into a folder.
#
#     get.sh DEST
#
# Nothing outside DEST is touched, but that Debian's chromium and libkrb5-dev are installed where
# they are missing and apt-get may do it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dest=$1
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
[ -e "$dest/ready-4.139.1" ] && exit 0

if ! command -v chromium >/dev/null || [ ! -e /usr/include/krb5.h ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium libkrb5-dev >/dev/null
fi

# npm 11 runs no install scripts that are not allowed by name: the two needed are run by hand.
install() { npm install --silent --no-audit --no-fund --no-save --ignore-scripts "$@"; }
machine=$(node -p 'process.platform + "-" + process.arch')
mkdir -p "$dest/nodejs"
(cd "$dest/nodejs" && install --prefix . "node-$machine@24")
node_folder="$dest/nodejs/node_modules/node-$machine"

cd "$dest"
cp "$here/package.json" .
install playwright-core code-server@4.139.1
export PATH="$node_folder/bin:$dest/node_modules/.bin:$PATH" npm_config_nodedir="$node_folder"
export npm_config_user_agent="npm/10 node/v24" FORCE_NODE_VERSION=24 JOBS=max
(cd node_modules/argon2 && ZERO_AR_DATE=1 node-gyp-build)
(cd node_modules/code-server && npm_config_dangerously_allow_all_scripts=true sh ./postinstall.sh)
ln -sfn "$node_folder/bin/node" "$dest/node"
touch "$dest/ready-4.139.1"
