local client_of = require('hmls.client')

---Stop the servers, and start them again for the buffers that they served.
return function()
  local clients = client_of.all()
  if #clients == 0 then
    client_of.say('no server is running', vim.log.levels.WARN)
    return
  end
  for _, client in ipairs(clients) do
    local config, buffers = client.config, vim.tbl_keys(client.attached_buffers)
    client:stop()
    local timer = assert(vim.uv.new_timer())
    local waited_ms = 0
    timer:start(
      50,
      50,
      vim.schedule_wrap(function()
        waited_ms = waited_ms + 50
        if not client:is_stopped() then
          -- One that does not answer is not waited for.
          if waited_ms == 3000 then
            client:stop(true)
          end
          return
        end
        if timer:is_closing() then
          return
        end
        timer:close()
        for _, buffer in ipairs(buffers) do
          if vim.api.nvim_buf_is_loaded(buffer) then
            vim.lsp.start(config, { bufnr = buffer })
          end
        end
      end)
    )
  end
end
