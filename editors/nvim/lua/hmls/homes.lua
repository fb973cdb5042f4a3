---Users, hosts, layers and targets as the servers told them last, and the target in focus.
local client_of = require('hmls.client')

local M = {}

---@type table<integer, hmls.Map[]> client → maps
local maps = {}
---@type table<string, string> root → name of the target in focus
local focus = {}
---Whether anything was ever asked of the maps.
local asked = false

---Bring the maps of all clients up to date.
---@param ready fun(maps: hmls.Map[])
function M.refresh(ready)
  asked = true
  local clients = client_of.all()
  local waiting = #clients
  if waiting == 0 then
    maps = {}
    ready({})
    return
  end
  for _, client in ipairs(clients) do
    client_of.ask(client, 'hmls/layers', vim.empty_dict(), function(answer)
      maps[client.id] = answer.roots
      waiting = waiting - 1
      if waiting == 0 then
        ready(M.known())
      end
    end)
  end
end

---The maps as they were told last; a root that two clients tell of counts once.
---@return hmls.Map[]
function M.known()
  local found, seen = {}, {}
  for id, list in pairs(maps) do
    if vim.lsp.get_client_by_id(id) then
      for _, map in ipairs(list) do
        if not seen[map.root] then
          seen[map.root] = true
          found[#found + 1] = map
        end
      end
    else
      maps[id] = nil
    end
  end
  table.sort(found, function(a, b)
    return a.root < b.root
  end)
  return found
end

---The server says that the homes changed.
---@param client_id integer
function M.changed(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if not client or not asked then
    return
  end
  client_of.ask(client, 'hmls/layers', vim.empty_dict(), function(answer)
    maps[client_id] = answer.roots
    vim.api.nvim_exec_autocmds('User', { pattern = 'HmlsChanged', modeline = false })
  end)
end

---@return hmls.Chosen[]
function M.targets()
  local found = {}
  for _, map in ipairs(M.known()) do
    for _, target in ipairs(map.targets) do
      found[#found + 1] = { map = map, target = target }
    end
  end
  return found
end

---@param root string
---@return string?
function M.focused(root)
  return focus[root]
end

---The target in focus of the current buffer's root.
---@return string?
function M.focused_here()
  local root = require('hmls.root').find(0)
  return root and focus[root]
end

---@param chosen hmls.Chosen
function M.set_focus(chosen)
  local client = client_of.need(chosen.map.root)
  if not client then
    return
  end
  local params = { root = chosen.map.root, target = chosen.target.name }
  client_of.ask(client, 'hmls/focus', params, function()
    focus[chosen.map.root] = chosen.target.name
    vim.cmd.redrawstatus({ bang = true })
  end)
end

---A server has begun: it is told of the target in focus, if one was chosen in its root. It tells what
---changed only to those who have asked, and views that are open have asked the one before.
---@param client vim.lsp.Client
function M.welcome(client)
  M.changed(client.id)
  local name = client.root_dir and focus[client.root_dir]
  if name then
    client_of.ask(client, 'hmls/focus', { root = client.root_dir, target = name }, function() end)
  end
end

---A target by its name: in the current buffer's root if it is there. The name of a host means the target
---of whoever edits there, else of whoever comes first, as it does in the terminal.
---@param name string
---@return hmls.Chosen?
function M.named(name)
  local here = require('hmls.root').find(0)
  local user = vim.uv.os_get_passwd().username
  local best, found = 0, nil
  for _, chosen in ipairs(M.targets()) do
    local target = chosen.target
    local rank = target.name == name and 4 or (target.kind == 'host' and target.host == name) and 1 or 0
    if rank == 1 and target.user == user then
      rank = 2
    end
    if rank > 0 and chosen.map.root == here then
      rank = rank + 0.5
    end
    if rank > best then
      best, found = rank, chosen
    end
  end
  return found
end

---@param target hmls.Target
---@return string
function M.health(target)
  local parts = {}
  if target.health.errors > 0 then
    parts[#parts + 1] = ('%d errors'):format(target.health.errors)
  end
  if target.health.warnings > 0 then
    parts[#parts + 1] = ('%d warnings'):format(target.health.warnings)
  end
  return table.concat(parts, ', ')
end

---Any target of the flake that is meant: that of the current buffer, or the only one; else ask.
---@param prompt string
---@param found fun(chosen: hmls.Chosen)
function M.choose_flake(prompt, found)
  M.refresh(function()
    local here, roots = require('hmls.root').find(0), {}
    for _, chosen in ipairs(M.targets()) do
      roots[chosen.map.root] = roots[chosen.map.root] or chosen
    end
    local only = vim.tbl_count(roots) == 1 and next(roots) or nil
    local chosen = roots[here] or roots[only]
    if chosen then
      found(chosen)
    else
      M.choose(nil, { prompt = prompt, pick = true }, found)
    end
  end)
end

---Find the target that is meant: the one named, the one in focus, or one that the user picks.
---@param name string?
---@param opts { prompt: string, pick: boolean? } `pick` asks even if one is in focus
---@param found fun(chosen: hmls.Chosen)
function M.choose(name, opts, found)
  if not client_of.need() then
    return
  end
  M.refresh(function()
    name = name or (not opts.pick and M.focused_here()) or nil
    if name then
      local chosen = M.named(name)
      if chosen then
        found(chosen)
      else
        client_of.say(('there is no target %s'):format(name), vim.log.levels.ERROR)
      end
      return
    end
    local targets = M.targets()
    if #targets == 0 then
      client_of.say('no targets are known', vim.log.levels.WARN)
    elseif #targets == 1 and not opts.pick then
      found(targets[1])
    else
      vim.ui.select(targets, {
        prompt = opts.prompt,
        kind = 'hmls_target',
        format_item = function(chosen)
          local target = chosen.target
          local facts = { target.kind, target.system or 'system unknown' }
          local health = M.health(target)
          if health ~= '' then
            facts[#facts + 1] = health
          end
          return ('%s (%s)'):format(target.name, table.concat(facts, ', '))
        end,
      }, function(chosen)
        if chosen then
          found(chosen)
        end
      end)
    end
  end)
end

return M
